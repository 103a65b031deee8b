package io.yunqing.api;

/** The closed catalogue of refusals. A code is never reused with another meaning. */
public enum ProblemCode {
    REQUEST_MALFORMED("request.malformed", 400, ProblemKind.CALLER, "The request cannot be read"),
    REQUEST_UNKNOWN_FIELD(
            "request.unknown_field",
            400,
            ProblemKind.CALLER,
            "The request has a field that does not exist"),
    REQUEST_PARAMETER(
            "request.parameter", 400, ProblemKind.CALLER, "A query parameter is not valid"),
    REQUEST_TOO_LARGE("request.too_large", 413, ProblemKind.CALLER, "The request is too large"),
    REQUEST_METHOD("request.method", 405, ProblemKind.CALLER, "The path does not take this method"),
    REQUEST_MEDIA_TYPE(
            "request.media_type",
            415,
            ProblemKind.CALLER,
            "The body's media type is not supported"),
    REQUEST_ACCEPT(
            "request.accept",
            406,
            ProblemKind.CALLER,
            "No representation matches the Accept header"),
    AUTH_REQUIRED("auth.required", 401, ProblemKind.CALLER, "Sign in first"),
    AUTH_FORBIDDEN("auth.forbidden", 403, ProblemKind.CALLER, "You may not do this"),
    NOT_FOUND("not_found", 404, ProblemKind.CALLER, "There is no such resource"),
    FIELD_INVALID("field.invalid", 422, ProblemKind.CALLER, "A field is not valid"),
    FIELD_IMMUTABLE("field.immutable", 422, ProblemKind.CALLER, "A field cannot be changed"),
    REFERENCE_UNKNOWN(
            "reference.unknown",
            422,
            ProblemKind.CALLER,
            "A field names a resource that does not exist"),
    REFERENCE_IN_USE(
            "reference.in_use", 409, ProblemKind.CONFLICT, "Other resources still need this one"),
    NAME_TAKEN("name.taken", 409, ProblemKind.CONFLICT, "The name is in use"),
    PRECONDITION_REQUIRED(
            "precondition.required", 428, ProblemKind.CALLER, "Say which revision you saw"),
    PRECONDITION_FAILED(
            "precondition.failed",
            412,
            ProblemKind.CONFLICT,
            "The resource has changed since you saw it"),
    PLAN_STALE("plan.stale", 412, ProblemKind.CONFLICT, "The plan no longer holds"),
    IDEMPOTENCY_KEY_REUSED(
            "idempotency.key_reused",
            422,
            ProblemKind.CALLER,
            "The idempotency key was used for another request"),
    QUOTA_EXCEEDED("quota.exceeded", 409, ProblemKind.CAPACITY, "The quota does not allow it"),
    PLACEMENT_NO_HOST("placement.no_host", 409, ProblemKind.CAPACITY, "No host can take it"),
    INSTANCE_NOT_OFF(
            "instance.not_off", 409, ProblemKind.CONFLICT, "The instance is not known to be off"),
    CONSOLE_IN_USE(
            "console.in_use", 409, ProblemKind.CONFLICT, "Somebody is using the serial console"),
    CONSOLE_UNAVAILABLE(
            "console.unavailable",
            409,
            ProblemKind.CONFLICT,
            "The serial console cannot be used now"),
    DELETION_PROTECTED(
            "deletion.protected", 409, ProblemKind.CONFLICT, "It is protected from being deleted"),
    IMAGE_NOT_PUBLISHED(
            "image.not_published",
            409,
            ProblemKind.CONFLICT,
            "Nothing new may be made from the image"),
    IMAGE_UNSIGNED(
            "image.unsigned",
            409,
            ProblemKind.CONFLICT,
            "Only signed images are for use, and this one is not"),
    IMAGE_NOT_READY(
            "image.not_ready", 409, ProblemKind.CONFLICT, "The bytes of the image are not there"),
    IMAGE_DIGEST_MISMATCH(
            "image.digest_mismatch",
            422,
            ProblemKind.CALLER,
            "The bytes are not those that were promised"),
    UPLOAD_NOT_AWAITED(
            "upload.not_awaited", 409, ProblemKind.CONFLICT, "The image awaits no bytes"),
    UPLOAD_OFFSET(
            "upload.offset",
            409,
            ProblemKind.CONFLICT,
            "The bytes do not follow those that were received"),
    STORAGE_FULL("storage.full", 507, ProblemKind.CAPACITY, "There is no room for it"),
    STORAGE_UNAVAILABLE(
            "storage.unavailable", 503, ProblemKind.UPSTREAM, "The storage cannot be used"),
    VOLUME_IN_USE("volume.in_use", 409, ProblemKind.CONFLICT, "An instance has the volume"),
    ORPHAN_NOT_QUARANTINED(
            "orphan.not_quarantined",
            409,
            ProblemKind.CONFLICT,
            "Only an orphan in quarantine can be deleted"),
    FEED_GONE("feed.gone", 410, ProblemKind.CONFLICT, "Events behind this cursor are gone"),
    AGENT_TOKEN_INVALID(
            "agent.token_invalid", 403, ProblemKind.CALLER, "The join token is not valid"),
    AGENT_DUPLICATE_IDENTITY(
            "agent.duplicate_identity",
            409,
            ProblemKind.CONFLICT,
            "Another live agent has this host's identity"),
    BUSY("busy", 503, ProblemKind.UPSTREAM, "The controller cannot take more at the moment"),
    DATABASE_UNAVAILABLE(
            "database.unavailable", 503, ProblemKind.UPSTREAM, "The database does not answer"),
    INTERNAL("internal", 500, ProblemKind.DEFECT, "Yunqing failed");

    private final String code;
    private final int status;
    private final ProblemKind kind;
    private final String title;

    ProblemCode(String code, int status, ProblemKind kind, String title) {
        this.code = code;
        this.status = status;
        this.kind = kind;
        this.title = title;
    }

    public String code() {
        return code;
    }

    /** The HTTP status that goes with it. */
    public int status() {
        return status;
    }

    public ProblemKind kind() {
        return kind;
    }

    public String title() {
        return title;
    }
}
