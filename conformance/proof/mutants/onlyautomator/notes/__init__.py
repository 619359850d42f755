"""OnlyAutomator servers that lie about what the section Notes says."""
