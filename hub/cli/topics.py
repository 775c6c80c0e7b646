"""What `hubctl help` explains: exit codes, environment, OCPI status codes."""

EXIT_CODES = (
    (0, "fine"),
    (1, "problems were found (status, doctor, routes test, contract run), or no hub is running"),
    (2, "wrong words, or a question that nobody is at a terminal to answer (--yes)"),
    (3, "nothing has this name or id"),
    (4, "no admin token, or not one that opens this hub now"),
    (5, "the partner's side failed: not reached, refused, or its answer is of no use"),
    (130, "interrupted"),
)

ENVIRONMENT = (
    ("HUB_DATA_DIR", "where the running hub leaves its address (admin.json) and keeps its key (secret.key)"),
    ("HUB_ADMIN_URL", "the operators' address of the hub, for hubctl on another machine (https://ops.hub.example)"),
    ("HUB_ADMIN_TOKEN", "made with `hubctl admin token` on the hub's machine; needed with HUB_ADMIN_URL"),
    ("HUB_APP_TOKEN", "the token of an eMSP's app for `hubctl near` and `hubctl watch`, when --token is not given"),
    ("HUB_SECRET_KEY", "the server key, when it is not in HUB_DATA_DIR"),
    ("OCPI_TOKEN", "the platform's token for `hubctl contract run`, when neither --token-file nor --token is given"),
    ("NO_COLOR", "anything: no colours"),
)

OCPI_STATUS = (
    (1000, "success", "Nothing to do."),
    (2000, "generic client error", "The sender's request; the message says what is wrong with it."),
    (2001, "invalid or missing parameters", "A header, a path segment or a field; the message names it."),
    (2002, "not enough information", "A field that is optional in general is needed here."),
    (2003, "unknown location", "The location, EVSE or connector was never pushed to the hub: send it whole, by PUT."),
    (2004, "unknown token", "The driver's token was never pushed to the hub: send it whole, by PUT."),
    (3000, "generic server error", "The receiver (or the hub) failed; its own log says why."),
    (
        3001,
        "unable to use the client's API",
        "During registration: the versions URL of the other side does not answer.",
    ),
    (3002, "unsupported version", "No OCPI version in common: this hub speaks 2.2.1 and 2.2."),
    (3003, "no matching endpoints", "The other side lacks endpoints that its roles need."),
    (4000, "generic hub error", "The receiver lacks the module, or answered what is no OCPI: hubctl traffic trace."),
    (
        4001,
        "unknown receiver",
        "The TO party is not at this hub in a fitting role, or no TO was given: hubctl parties list.",
    ),
    (4002, "timeout on forwarded request", "The receiver did not answer in time; whether it acted is unknown."),
    (4003, "connection problem", "The receiver is OFFLINE, SUSPENDED, or an agreement forbids it: hubctl routes test."),
)
"""Number, what OCPI says, what usually causes it. Source: OCPI 2.2.1, status_codes."""
