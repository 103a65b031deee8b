package io.yunqing.agent.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.agent.FakeController;
import io.yunqing.agent.TestAuthority;
import io.yunqing.agent.platform.Threads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrolmentTest {

    @TempDir Path data;
    private FakeController controller;

    @BeforeEach
    void start() {
        controller = new FakeController();
    }

    @AfterEach
    void stop() {
        controller.close();
    }

    @Test
    void onceAndThenByWhatWasKept() throws Exception {
        var identity = enrol(controller.token(), InstantSource.system());
        assertEquals(FakeController.HOST, identity.host());
        assertEquals(identity.certificate(), enrol(null, InstantSource.system()).certificate());
        assertEquals(1, controller.enrolments());
        assertTrue(identity.renewAt().isBefore(identity.expires().minus(Duration.ofHours(7))));
        assertTrue(identity.renewAt().isAfter(identity.expires().minus(Duration.ofHours(9))));
    }

    @Test
    void aLostAnswerIsAskedForAgainWithTheSameKey() throws Exception {
        controller.loseNextAnswer();
        var identity = enrol(controller.token(), InstantSource.system());
        assertEquals(2, controller.enrolments());
        assertEquals(
                1, controller.keysSeen(), "the token is bound to the key of the first request");
        assertEquals(identity.key().getPublic(), identity.certificate().getPublicKey());
    }

    @Test
    void withoutTokenItSaysWhatToDo() {
        var refusal =
                assertThrows(
                        GeneralSecurityException.class, () -> enrol(null, InstantSource.system()));
        assertTrue(String.valueOf(refusal.getMessage()).contains("join token"));
    }

    @Test
    void aCertificateThatEndedNeedsANewToken() throws Exception {
        enrol(controller.token(), InstantSource.system());
        var later = InstantSource.fixed(Instant.now().plus(Duration.ofDays(2)));
        var refusal = assertThrows(GeneralSecurityException.class, () -> enrol(null, later));
        assertTrue(String.valueOf(refusal.getMessage()).contains("ended at"));
        enrol(controller.token(), later);
        assertEquals(2, controller.enrolments());
    }

    @Test
    void aTokenThatIsNotAcceptedEndsTheAttempt() throws Exception {
        var wrong = new JoinToken("wrong", controller.token().fingerprint());
        var fault = assertThrows(LinkFault.class, () -> enrol(wrong, InstantSource.system()));
        assertEquals(LinkFault.Kind.REFUSED, fault.kind());
        assertNull(Identity.load(data));
    }

    @Test
    void aControllerOfAnotherAuthorityNeverSeesTheSecret() throws Exception {
        var stranger = new JoinToken(FakeController.SECRET, new TestAuthority().fingerprint());
        var fault = assertThrows(LinkFault.class, () -> enrol(stranger, InstantSource.system()));
        assertEquals(LinkFault.Kind.UNTRUSTED, fault.kind());
        assertEquals(0, controller.enrolments());
    }

    @Test
    void tokensAreReadStrictlyAndNeverPrinted() {
        var token = JoinToken.parse(" a.b." + "0".repeat(64) + "\n");
        assertEquals("a.b", token.secret());
        assertFalse(token.toString().contains("a.b"));
        for (String wrong : new String[] {"", "abc", "." + "0".repeat(64), "a." + "0".repeat(63)}) {
            assertThrows(IllegalArgumentException.class, () -> JoinToken.parse(wrong), wrong);
        }
    }

    @Test
    void theIdentityIsKeptWholeOrNotAtAll() throws Exception {
        enrol(controller.token(), InstantSource.system());
        // As if killed before the last of the files was renamed.
        Files.delete(data.resolve("certificate.pem"));
        assertNull(Identity.load(data));
        assertNotNull(enrol(controller.token(), InstantSource.system()));
        assertEquals(1, controller.keysSeen());
    }

    private Identity enrol(@org.jspecify.annotations.Nullable JoinToken token, InstantSource clock)
            throws Exception {
        return Enrolment.ensure(
                data,
                Endpoint.at(controller.uri()),
                token,
                clock,
                new Rhythm(Threads.PLATFORM, new Random(1)));
    }
}
