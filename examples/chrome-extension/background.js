// Empty: a test finds the address of the extension by its service worker.
