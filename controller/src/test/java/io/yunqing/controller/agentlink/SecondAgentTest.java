package io.yunqing.controller.agentlink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.controller.Rest;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.pki.CertificateAuthority;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A host whose identity was copied, with its key: one agent speaks for it, and the other is refused, loudly. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class SecondAgentTest {
    private static final String DUPLICATE = "agent.duplicate_identity";

    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;

    private final Rest rest = Rest.operator();
    private City city;
    private FakeAgent agent;
    private UUID first;

    @BeforeEach
    void anAgentReports() {
        city = new City(rest, authority.certificatePem());
        agent = city.agent;
        first = agent.start;
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
    }

    @Test
    void underAnotherBootItIsRefusedWhileTheFirstOneSpeaks() {
        agent.start = UUID.randomUUID();
        agent.bootId = "boot-of-a-copy";
        assertEquals(DUPLICATE, report());
        agent.start = first;
        agent.bootId = "boot-1";
        assertEquals("", report(), "the first one goes on");
    }

    @Test
    void aHostThatBootedIsLetInOnceTheFirstOneIsSilent() throws SQLException {
        agent.start = UUID.randomUUID();
        agent.bootId = "boot-2";
        assertEquals(DUPLICATE, report());
        silentForAnHour();
        assertEquals("", report());
        agent.start = first;
        agent.bootId = "boot-1";
        assertEquals(DUPLICATE, report(), "who was silent is the second one now");
    }

    @Test
    void anAgentThatWasRestartedIsTheSameOneAndItsFormerStartIsNot() {
        UUID second = UUID.randomUUID();
        agent.start = second;
        assertEquals("", report());
        agent.start = first;
        assertEquals(DUPLICATE, report());
        agent.start = second;
        assertEquals("", report());
    }

    private String report() {
        return agent.report(null, true, List.of()).code();
    }

    private void silentForAnHour() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement past =
                        connection.prepareStatement(
                                """
                                UPDATE host_observation SET received_at = received_at - interval '1 hour'
                                WHERE host_id = (SELECT id FROM host WHERE name = ?)
                                """)) {
            past.setString(1, city.id);
            assertEquals(1, past.executeUpdate());
        }
    }
}
