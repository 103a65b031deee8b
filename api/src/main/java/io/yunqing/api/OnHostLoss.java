package io.yunqing.api;

/** What becomes of an instance when its host is lost. */
public enum OnHostLoss {
    /** Its host ends it when the controller cannot be reached for a lease, and it is started on another one once there is proof. */
    RESTART,
    /** It stays its host's, whatever becomes of that. */
    STAY
}
