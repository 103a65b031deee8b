package io.yunqing.controller.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusMock;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.Rest.Answer;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.platform.Transactions;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.Session;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Signers, the images that carry their signatures, and what becomes of those that carry none. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class SignerTest {
    private static final AtomicInteger COUNT = new AtomicInteger();

    @Inject Session em;
    @Inject Transactions transactions;
    @Inject CertificateAuthority authority;

    private final Rest rest = Rest.operator();
    private final String name = "signed-" + COUNT.incrementAndGet();
    private final byte[] content = name.getBytes(StandardCharsets.US_ASCII);
    private TestSigner signer;

    @BeforeEach
    void aSigner() throws GeneralSecurityException {
        signer = TestSigner.on("secp256r1");
        assertEquals(201, createSigner(name, signer.publicPem()).status());
    }

    private Answer createSigner(String as, String pem) {
        return rest.post("/v1/signers", signer(as, pem).toString());
    }

    private static ObjectNode signer(String name, String pem) {
        return named(name, JsonNodeFactory.instance.objectNode().put("publicKey", pem));
    }

    private static ObjectNode named(String name, ObjectNode spec) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("metadata").put("name", name);
        body.set("spec", spec);
        return body;
    }

    private ObjectNode spec() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("url", "file:///image")
                .put("sha256", HexFormat.of().formatHex(ImageFolder.sha256().digest(content)))
                .put("format", "QCOW2")
                .put("minDiskGiB", 1);
    }

    private Answer createImage(ObjectNode spec) {
        return rest.post("/v1/images", named(name, spec).toString());
    }

    private Answer image() {
        return rest.get("/v1/images/" + name);
    }

    private Answer putImage(ObjectNode spec) {
        return rest.put("/v1/images/" + name, named(name, spec).toString(), image().etag());
    }

    private Answer putSigner(String pem) {
        String path = "/v1/signers/" + name;
        return rest.put(path, signer(name, pem).toString(), rest.get(path).etag());
    }

    private void signedImage() throws GeneralSecurityException {
        Answer created = createImage(spec().put("signature", signer.signature(content)));
        assertEquals(201, created.status(), created.text());
    }

    private static void refused(Answer answer, String code, String field, String words) {
        assertEquals(code, answer.at("code").asText(), answer.text());
        assertEquals(field, answer.at("errors.0.field").asText(), answer.text());
        assertTrue(answer.text().contains(words), answer.text());
    }

    @Test
    void aSignedImageNamesItsSignerAndKeepsItsSignature() throws GeneralSecurityException {
        signedImage();
        String signature = image().at("spec.signature").asText();
        assertEquals(name, image().at("status.signedBy").asText());
        assertEquals(1, rest.get("/v1/signers/" + name).at("status.images").asInt());

        assertEquals(200, putImage(spec().put("displayName", "another name")).status());
        assertEquals(signature, image().at("spec.signature").asText());
        assertEquals(name, image().at("status.signedBy").asText());

        assertEquals(200, putImage(spec().put("signature", "")).status());
        assertTrue(image().at("spec.signature").isMissingNode());
        assertTrue(image().at("status.signedBy").isMissingNode());
        assertEquals(0, rest.get("/v1/signers/" + name).at("status.images").asInt());
    }

    @Test
    void aSignatureIsAddedAndReplacedByAnothersSignature() throws GeneralSecurityException {
        assertEquals(201, createImage(spec()).status());
        long revision = image().at("metadata.revision").asLong();
        Answer added = putImage(spec().put("signature", signer.signature(content)));
        assertEquals(name, added.at("status.signedBy").asText(), added.text());
        assertEquals(revision + 1, added.at("metadata.revision").asLong());

        TestSigner other = TestSigner.on("secp384r1");
        assertEquals(201, createSigner(name + "-other", other.publicPem()).status());
        Answer replaced = putImage(spec().put("signature", other.signature(content)));
        assertEquals(name + "-other", replaced.at("status.signedBy").asText(), replaced.text());
        assertEquals(204, rest.delete("/v1/signers/" + name).status());
    }

    @Test
    void whatNoSignerMadeIsRefused() throws GeneralSecurityException {
        String stranger = TestSigner.on("secp256r1").signature(content);
        String field = "spec.signature";
        refused(
                createImage(spec().put("signature", stranger)),
                "field.invalid",
                field,
                "by no signer");
        refused(
                createImage(spec().put("signature", signer.signature(new byte[] {1}))),
                "field.invalid",
                field,
                "openssl dgst -sha256 -sign");
        refused(
                createImage(spec().put("signature", "MEUC\nIQ")),
                "field.invalid",
                field,
                "base64 -w0");
        refused(
                createImage(spec().put("signature", "MEUCI")),
                "field.invalid",
                field,
                "base64 -w0");
        refused(
                createImage(spec().put("signature", "A".repeat(344))),
                "field.invalid",
                field,
                "P-256 or P-384");
        assertEquals(404, image().status());

        signedImage();
        refused(
                putImage(spec().put("signature", stranger)),
                "field.invalid",
                field,
                "by no signer");
        assertEquals(name, image().at("status.signedBy").asText());
    }

    @Test
    void aPlanJudgesTheSignatureAndKeepsNothing() throws GeneralSecurityException {
        assertEquals(201, createImage(spec()).status());
        String body = named(name, spec().put("signature", signer.signature(content))).toString();
        Answer plan = rest.put("/v1/images/" + name + "?mode=plan", body, image().etag());
        assertEquals("update", plan.at("action").asText(), plan.text());
        assertTrue(plan.text().contains("spec.signature"), plan.text());
        assertTrue(image().at("status.signedBy").isMissingNode());
    }

    @Test
    void imagesAreFoundByTheirSigner() throws GeneralSecurityException {
        signedImage();
        String listed = "/v1/images?name=" + name + "&";
        assertEquals(
                name, rest.get(listed + "signer=" + name).at("items.0.metadata.name").asText());
        assertEquals(name, rest.get(listed + "signed=true").at("items.0.metadata.name").asText());
        assertEquals("[]", rest.get(listed + "signed=false").at("items").toString());
        assertEquals("[]", rest.get(listed + "signer=nobody").at("items").toString());
        assertEquals(400, rest.get(listed + "signed=perhaps").status());
    }

    @Test
    void aSignerAndItsKeyStayAsLongAsImagesCarryItsSignature() throws GeneralSecurityException {
        signedImage();
        String another = TestSigner.on("secp256r1").publicPem();
        Answer changed = putSigner(another);
        assertEquals("reference.in_use", changed.at("code").asText(), changed.text());
        assertTrue(changed.text().contains("signed images: " + name), changed.text());
        assertEquals("reference.in_use", rest.delete("/v1/signers/" + name).at("code").asText());
        assertEquals(200, putSigner(signer.publicPemInOtherLines()).status());
        // Whatever the rules let pass, the database does not.
        assertThrows(
                RuntimeException.class,
                () -> sql("UPDATE signer SET public_key = '\\x00' WHERE name = :name"));
        assertThrows(RuntimeException.class, () -> sql("DELETE FROM signer WHERE name = :name"));
        assertThrows(
                RuntimeException.class,
                () -> sql("UPDATE image SET signature = NULL WHERE name = :name"));

        assertEquals(204, rest.delete("/v1/images/" + name).status());
        assertEquals(200, putSigner(another).status());
        refused(
                createImage(spec().put("signature", signer.signature(content))),
                "field.invalid",
                "spec.signature",
                "by no signer");
        assertEquals(204, rest.delete("/v1/signers/" + name).status());
    }

    private int sql(String statement) {
        return transactions.write(() ->
                em.createNativeMutationQuery(statement).setParameter("name", name).executeUpdate());
    }

    @Test
    void noTwoSignersHaveOneKey() {
        refused(
                createSigner(name + "-twin", signer.publicPemInOtherLines()),
                "field.invalid",
                "spec.publicKey",
                "is the key of signer " + name);
        refused(createSigner(name + "-none", "x"), "field.invalid", "spec.publicKey", "PEM block");
    }

    @Test
    void nothingNewIsMadeFromUnsignedImagesWhereTheyAreRefused() throws GeneralSecurityException {
        City city = new City(rest, authority.certificatePem());
        city.admitted("web");
        city.obey();
        String unsigned = "/v1/images/" + city.id;
        QuarkusMock.installMockForType(new ImageUse(UnsignedImages.REFUSE), ImageUse.class);

        notSigned(city.create("late"));
        notSigned(change(city, "\"boot\":1,\"rebuild\":1"));
        notSigned(change(city, "\"boot\":1,\"rescue\":\"" + city.id + "\""));
        assertEquals("RUNNING", rest.get(city.path("web")).at("status.phase").asText());
        assertEquals(200, change(city, "\"power\":\"STOPPED\"").status());

        refused(createImage(spec()), "image.unsigned", "spec.signature", "PUBLISHED");
        assertEquals(201, createImage(spec().put("stage", "IMPORTED")).status());
        refused(
                putImage(spec().put("stage", "PUBLISHED")),
                "image.unsigned",
                "spec.signature",
                "--signature @FILE");
        ObjectNode signed = spec().put("signature", signer.signature(content));
        assertEquals(200, putImage(signed.put("stage", "PUBLISHED")).status());
        refused(
                putImage(spec().put("signature", "")),
                "image.unsigned",
                "spec.signature",
                "PUBLISHED");
        Answer signedInstance =
                rest.post(
                        "/v1/tenants/" + city.id + "/instances",
                        city.body("signed")
                                .replace(
                                        "\"image\":\"" + city.id + "\"",
                                        "\"image\":\"" + name + "\""));
        assertEquals(201, signedInstance.status(), signedInstance.text());

        // What was published before can still be put away.
        for (String stage : List.of("PUBLISHED", "DEPRECATED", "REVOKED")) {
            ObjectNode spec = spec().put("sha256", "0".repeat(64)).put("stage", stage);
            Answer put =
                    rest.put(unsigned, named(city.id, spec).toString(), rest.get(unsigned).etag());
            assertEquals(200, put.status(), put.text());
        }
        city.close();
    }

    private Answer change(City city, String fields) {
        String path = city.path("web");
        String body = city.body("web").replace("\"zone\"", fields + ",\"zone\"");
        return rest.put(path, body, rest.get(path).etag());
    }

    private static void notSigned(Answer answer) {
        assertEquals("image.unsigned", answer.at("code").asText(), answer.text());
        assertTrue(answer.text().contains("is not signed"), answer.text());
        assertTrue(answer.text().contains("--signature @FILE"), answer.text());
    }
}
