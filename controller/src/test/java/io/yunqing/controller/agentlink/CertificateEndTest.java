package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.agent.DomainState;
import io.yunqing.controller.Rest;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.pki.CertificateRequest;
import io.yunqing.controller.pki.Issued;
import jakarta.inject.Inject;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An agent whose certificate ends says nothing any more, and what is known of its host stays as it was. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class CertificateEndTest {
    private static final Duration LIFE = Duration.ofHours(24);

    @Inject CertificateAuthority authority;
    @Inject DataSource database;

    private final Rest rest = Rest.operator();
    private City city;

    @BeforeEach
    void aHostWithAnInstance() {
        city = new City(rest, authority.certificatePem());
        city.admitted("web");
        city.obey();
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void anOpenConnectionDoesNotOutliveIt() throws Exception {
        Issued issued =
                authority.issueAgent(
                        CertificateRequest.parse(city.agent.csr()),
                        UUID.fromString(rest.get(host()).at("metadata.id").asText()),
                        Instant.now().minus(LIFE).plusSeconds(4));
        city.agent.use(issued.certificatePem());
        assertEquals(200, city.agent.obey(DomainState.RUNNING).status());
        Thread.sleep(Duration.between(Instant.now(), issued.notAfter().plusMillis(100)));
        FakeAgent.Answer late = gone();
        assertEquals(403, late.status());
        assertTrue(late.body().path("detail").asText().contains("ended at"), late::toString);
        city.agent.use(issued.certificatePem());
        assertThrows(UncheckedIOException.class, this::gone);
        assertEquals("RUNNING", city.phase("web"), "nobody said anything else");
    }

    @Test
    void thatItEndsIsSaidBeforeAndAfterwards() throws Exception {
        Instant ends = Instant.parse(rest.get(host()).at("status.certificateEnds").asText());
        assertTrue(ends.isAfter(Instant.now().plus(LIFE).minusSeconds(60)), ends::toString);
        assertFalse(conditions().contains("Certificate"), conditions());
        end(Instant.now().plus(Duration.ofHours(5)));
        assertTrue(conditions().contains("CertificateEnding"), conditions());
        end(Instant.now().minusSeconds(1));
        assertTrue(conditions().contains("CertificateEnded"), conditions());
        city.newAgent();
        assertFalse(conditions().contains("Certificate"), conditions());
    }

    /** Says that there is no instance any more. */
    private FakeAgent.Answer gone() {
        return city.agent.report(null, true, List.of());
    }

    private void end(Instant at) throws Exception {
        try (Connection connection = database.getConnection();
                PreparedStatement update =
                        connection.prepareStatement(
                                """
                                UPDATE host_observation SET certificate_ends = ?
                                WHERE host_id = (SELECT id FROM host WHERE name = ?)
                                """)) {
            update.setTimestamp(1, Timestamp.from(at));
            update.setString(2, city.id);
            assertEquals(1, update.executeUpdate());
        }
    }

    private String host() {
        return "/v1/hosts/" + city.id;
    }

    private String conditions() {
        return rest.get(host()).at("status.conditions").toString();
    }
}
