package io.yunqing.api;

/** Where the bytes of an image are on their way to the controller. */
public enum UploadState {
    /** None have come. */
    AWAITED,
    /** Some have come. */
    UPLOADING,
    /** All have come, and their digest is being taken. */
    CHECKING,
    /** All have come, and are the promised ones. */
    WHOLE
}
