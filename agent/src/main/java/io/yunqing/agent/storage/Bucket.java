package io.yunqing.agent.storage;

import io.yunqing.api.agent.RepositoryPlace;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.urlconnection.ProxyConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A repository's way to its bucket, which puts refusals into words. */
final class Bucket implements AutoCloseable {

    private static final int GONE = 404;

    private final S3Client store;
    private final StoreKeys.Key key;
    private final RepositoryPlace.Bucket bucket;
    private final String repository;

    private Bucket(
            S3Client store, StoreKeys.Key key, RepositoryPlace.Bucket bucket, String repository) {
        this.store = store;
        this.key = key;
        this.bucket = bucket;
        this.repository = repository;
    }

    /**
     * How long a store is waited for.
     *
     * @param silence in which it sends nothing
     * @param answer to a question, from its first byte to the first of the answer
     */
    record Patience(Duration connect, Duration silence, Duration answer) {
        static final Patience USUAL =
                new Patience(
                        Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(90));
    }

    /** Sends nothing yet. */
    static Bucket open(
            RepositoryPlace.Bucket bucket,
            String repository,
            StoreKeys.Key key,
            Patience patience) {
        var nobodys = ProfileFile.aggregator().build();
        // Nothing is taken from the environment, files of the user or a cloud around the host, and
        // no store need know newer checksums.
        var store =
                S3Client.builder()
                        .endpointOverride(URI.create(bucket.endpoint()))
                        .region(Region.of(bucket.region()))
                        .forcePathStyle(bucket.pathStyle())
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(key.id(), key.secret())))
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .serviceConfiguration(
                                S3Configuration.builder().chunkedEncodingEnabled(false).build())
                        .disableS3ExpressSessionAuth(true)
                        .fipsEnabled(false)
                        .dualstackEnabled(false)
                        .httpClientBuilder(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(patience.connect())
                                        .socketTimeout(patience.silence())
                                        .proxyConfiguration(
                                                ProxyConfiguration.builder()
                                                        .useEnvironmentVariablesValues(false)
                                                        .build()))
                        .overrideConfiguration(all ->
                                all.defaultProfileFile(nobodys)
                                        .apiCallAttemptTimeout(patience.answer())
                                        .retryStrategy(RetryMode.STANDARD))
                        .build();
        return new Bucket(store, key, bucket, repository);
    }

    /** Something that the store is asked. */
    interface Question<T> {
        T to(S3Client store) throws IOException;
    }

    /** Asks it, again if the store is only busy. */
    <T> T ask(Question<T> question) throws IOException {
        try {
            return question.to(store);
        } catch (SdkException | IOException e) {
            throw BucketFault.of(what(), bucket.name(), key, e);
        }
    }

    /** Asks for something that may not be there. */
    <T> Optional<T> find(Question<T> question) throws IOException {
        return ask(there -> {
            try {
                return Optional.of(question.to(there));
            } catch (S3Exception e) {
                if (e.statusCode() == GONE && !BucketFault.isOfBucket(e)) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    String name() {
        return bucket.name();
    }

    /** What a file is called in the bucket. */
    String object(String file) {
        return bucket.prefix() == null ? file : bucket.prefix() + "/" + file;
    }

    String place() {
        return bucket.endpoint()
                + "/"
                + bucket.name()
                + (bucket.prefix() == null ? "" : "/" + bucket.prefix());
    }

    /** The repository and where it is, as messages begin. */
    String what() {
        return "repository %s, %s".formatted(repository, place());
    }

    @Override
    public void close() {
        store.close();
    }
}
