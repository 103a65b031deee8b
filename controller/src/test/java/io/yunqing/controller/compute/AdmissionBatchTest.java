package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.yunqing.api.Instance;
import io.yunqing.api.InstanceSpec;
import io.yunqing.api.Metadata;
import io.yunqing.controller.Rest;
import io.yunqing.controller.TestServer;
import io.yunqing.controller.agentlink.City;
import io.yunqing.controller.compute.Order.Terms;
import io.yunqing.controller.pki.CertificateAuthority;
import io.yunqing.controller.platform.Ids;
import jakarta.inject.Inject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One batch by itself, on a connection that the test can break. */
@QuarkusTest
@QuarkusTestResource(TestServer.class)
class AdmissionBatchTest {
    @Inject CertificateAuthority authority;
    @Inject AgroalDataSource dataSource;
    @Inject AdmissionMeans means;
    @Inject Catalog catalog;

    private final Rest rest = Rest.operator();
    private City city;
    private City changed;

    @BeforeEach
    void newCities() {
        city = new City(rest, authority.certificatePem());
        changed = new City(rest, authority.certificatePem());
        // So that the mirror knows both hosts.
        assertEquals(201, city.create("first").status());
        assertEquals(201, changed.create("first").status());
    }

    @AfterEach
    void theBooksAreRight() {
        assertEquals("[]", rest.get("/v1/doctor").at("differences").toString());
        city.close();
        changed.close();
    }

    /** A database that is lost behind the commit takes nothing back: who was written is told so, who was not is tried again. */
    @Test
    void nothingIsAskedOfTheDatabaseBehindTheCommit() throws SQLException {
        // A revision that the mirror does not hear of: the host is not as it was seen.
        try (Connection connection = dataSource.getConnection();
                PreparedStatement bump =
                        connection.prepareStatement(
                                "UPDATE host SET revision = revision + 1 WHERE name = ?")) {
            bump.setString(1, changed.id);
            bump.executeUpdate();
        }
        Order fits = order(city);
        Order lost = order(changed);
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            List<Order> again =
                    new AdmissionBatch(means, List.of(fits, lost)).run(lostAfterCommit(connection));
            assertEquals(List.of(lost), again);
        }
        assertInstanceOf(Outcome.Admitted.class, fits.outcome().getNow(null));
        assertFalse(lost.outcome().isDone());
        assertEquals(200, rest.get(city.path("second")).status());
        assertEquals(404, rest.get(changed.path("second")).status());
    }

    private Order order(City asking) {
        Instance asked =
                new Instance(
                        null,
                        Metadata.named("second"),
                        new InstanceSpec(asking.id, asking.id, asking.id, null, null, null, null),
                        null);
        Wish wish =
                new Wish(Ids.next(), asked, catalog.flavor(asking.id), catalog.image(asking.id), null);
        return new Order(
                catalog.tenant(asking.id),
                List.of(wish),
                new Terms("operator", null, false, false, null, null),
                means.mirror().looks());
    }

    private static Connection lostAfterCommit(Connection connection) {
        AtomicBoolean committed = new AtomicBoolean();
        return (Connection)
                Proxy.newProxyInstance(
                        Connection.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (_, method, arguments) -> {
                            if (committed.get()) {
                                throw new SQLException("the connection is lost", "08006");
                            }
                            try {
                                Object result = method.invoke(connection, arguments);
                                committed.set(method.getName().equals("commit"));
                                return result;
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }
}
