package io.yunqing.agent.storage;

import java.io.IOException;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What a store refused, or that it is away, in words that say what to do about it. */
final class BucketFault {

    private static final Set<String> KEY = Set.of("InvalidAccessKeyId", "SignatureDoesNotMatch");
    private static final Set<String> REGION =
            Set.of(
                    "AuthorizationHeaderMalformed",
                    "PermanentRedirect",
                    "IllegalLocationConstraintException");
    private static final int FORBIDDEN = 403;
    private static final String NO_BUCKET = "NoSuchBucket";

    private BucketFault() {}

    /** Whether it is the bucket that is not there, not what was looked for in it. */
    static boolean isOfBucket(S3Exception refusal) {
        return code(refusal).equals(NO_BUCKET);
    }

    /**
     * @param what the repository and its place
     * @param bucket its name
     */
    static IOException of(String what, String bucket, StoreKeys.Key key, Exception cause) {
        String words =
                cause instanceof S3Exception refusal
                        ? refused(bucket, refusal)
                        : cause instanceof ApiCallAttemptTimeoutException
                                ? "the store does not answer in time"
                                : "the store cannot be reached: " + root(cause);
        // Without the cause, whose words are the store's own.
        return new IOException(what + ": " + key.hidden(words));
    }

    private static String refused(String bucket, S3Exception refusal) {
        String code = code(refusal);
        if (isOfBucket(refusal)) {
            return "the store has no bucket %s: create it there, or correct the repository"
                    .formatted(bucket);
        }
        if (KEY.contains(code)) {
            return "the store does not take this host's access key (%s): correct it in the host's file of access keys"
                    .formatted(code);
        }
        if (code.equals("RequestTimeTooSkewed")) {
            return "the store's clock and this host's differ too much: set them by NTP";
        }
        if (REGION.contains(code)) {
            return "the store is in another region (%s): correct the repository's region"
                    .formatted(said(refusal));
        }
        if (refusal.statusCode() == FORBIDDEN) {
            return "the store forbids it (%s): let this host's access key list bucket %s and read, write and delete in it"
                    .formatted(code.isEmpty() ? "403" : code, bucket);
        }
        return "the store answered %d %s".formatted(refusal.statusCode(), said(refusal)).strip();
    }

    private static String code(S3Exception refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    private static String said(S3Exception refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        String words = details == null ? null : details.errorMessage();
        return words == null ? code(refusal) : code(refusal) + ": " + words;
    }

    private static String root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }
}
