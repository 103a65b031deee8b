package io.yunqing.agent.storage;

import io.yunqing.agent.hypervisor.HypervisorFault;
import java.nio.file.FileSystemException;

/** What storage refused, in its words. */
final class StorageFault {

    private StorageFault() {}

    /**
     * @param what what it is about, such as {@code volume 0198…}
     */
    static HypervisorFault of(String what, Throwable cause) {
        String words = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        if (cause instanceof FileSystemException) {
            // Its message may be no more than a path.
            words = cause.getClass().getSimpleName() + ": " + words;
        }
        return new HypervisorFault(HypervisorFault.Kind.STORAGE, what + ": " + words, cause);
    }
}
