// Here only so that the browser tells the extension's address.
