"""OnlyAutomator servers that lie about what the section Request Body says."""
