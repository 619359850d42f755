# Two shell functions for the pages in docs/, to be read by bash, zsh or sh:
#
#     SESSION=shop; . docs/stub/session.sh
#
# save        the application under test saves a preference; more of curl's options may follow, FAN names another fan
# admin       admin METHOD PATH [BODY]: a call to the control plane of the session
: "${STUB:=http://127.0.0.1:4010}" "${SESSION:=shop}"
URL=$STUB/__session/$SESSION
TOKEN=$(curl -sS -X POST "$STUB/__admin/sessions" -H 'Content-Type: application/json' -d '{"id": "'"$SESSION"'"}' |
  sed 's/.*"token":"\([^"]*\)".*/\1/')
[ -n "$TOKEN" ] || echo "session.sh: no stub answers at $STUB; start it with make serve, or name another: STUB=URL" >&2

save() {
  curl -sS -X POST "$URL/api/v2/update-preference" -H "Authorization: Bearer $TOKEN" \
    -H 'Content-Type: application/json' "$@" \
    -d '{"fanId": "'"${FAN:-12345}"'", "category": "content", "preference": "dark_mode", "value": true}' && echo
}

admin() {
  curl -sS -X "$1" "$URL/__admin/$2" -H 'Content-Type: application/json' ${3+-d "$3"} && echo
}
