package io.yunqing.controller.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.yunqing.controller.ledger.Refusal.OverLimit;
import io.yunqing.controller.ledger.Refusal.ProviderFull;
import io.yunqing.controller.ledger.ResourceKinds.ResourceKind;
import io.yunqing.controller.placement.Amounts;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class BalancesTest {
    private static final ResourceKinds KINDS =
            new ResourceKinds(
                    List.of(
                            new ResourceKind("vcpus", "1", true),
                            new ResourceKind("memoryMiB", "MiB", true),
                            new ResourceKind("addresses", "1", false)));
    private static final UUID CITY = new UUID(0, 1);
    private static final UUID BUREAU = new UUID(0, 2);
    private static final UUID TENANT = new UUID(0, 3);
    private static final UUID OTHER = new UUID(0, 4);
    private static final UUID HOST = new UUID(1, 1);
    private static final UUID GONE = new UUID(1, 2);

    /** Two tenants of 6 vCPUs each below a bureau of 8 in a city of 9; a host of 7 vCPUs, 100 MiB and 2 addresses. */
    private final Balances balances = new Balances(KINDS);

    BalancesTest() {
        long much = Ledger.UNLIMITED;
        balances.owner(CITY, List.of(CITY), numbers(9, much, much), numbers());
        balances.owner(BUREAU, List.of(BUREAU, CITY), numbers(8, much, much), numbers());
        balances.owner(TENANT, List.of(TENANT, BUREAU, CITY), numbers(6, 50, much), numbers());
        balances.owner(OTHER, List.of(OTHER, CITY), numbers(6, 50, much), numbers());
        balances.provider(HOST, numbers(7, 100, 2), numbers());
    }

    /** Some takings one after the other, and what refuses the last; null for nothing. */
    private record Row(String what, Refusal refusal, List<List<Taking>> steps) {}

    @Test
    void takingsAreAdmittedOrRefusedByTheNearestLimitThatTheyBreak() {
        List<Row> table =
                List.of(
                        new Row("fits", null, one(take(TENANT, HOST, 6, 50, 1))),
                        new Row(
                                "the payer's own limit",
                                new OverLimit(TENANT, "vcpus", 6, 0, 7),
                                one(take(TENANT, HOST, 7))),
                        new Row(
                                "its second resource",
                                new OverLimit(TENANT, "memoryMiB", 50, 0, 51),
                                one(take(TENANT, HOST, 1, 51))),
                        new Row(
                                "the city's, which both fill",
                                new OverLimit(CITY, "vcpus", 9, 6, 4),
                                List.of(
                                        List.of(take(OTHER, HOST, 6)),
                                        List.of(take(TENANT, HOST, 4)))),
                        new Row(
                                "the host's",
                                new ProviderFull(HOST, "vcpus", 7, 5, 3),
                                List.of(
                                        List.of(take(TENANT, HOST, 5)),
                                        List.of(take(OTHER, HOST, 3)))),
                        new Row(
                                "what has no quota is limited by hosts alone",
                                new ProviderFull(HOST, "addresses", 2, 2, 1),
                                List.of(
                                        List.of(take(TENANT, HOST, 1, 0, 2)),
                                        List.of(take(TENANT, HOST, 1, 0, 1)))),
                        new Row(
                                "a host that is gone",
                                new ProviderFull(GONE, "vcpus", 0, 0, 0),
                                one(take(TENANT, GONE, 1))),
                        new Row(
                                "nothing of a full resource",
                                null,
                                List.of(
                                        List.of(take(TENANT, HOST, 6)),
                                        List.of(take(TENANT, HOST, 0, 1)))),
                        new Row(
                                "a group that fits one by one only",
                                new OverLimit(TENANT, "vcpus", 6, 4, 4),
                                List.of(List.of(take(TENANT, HOST, 4), take(TENANT, HOST, 4)))));
        for (Row row : table) {
            Balances fresh = new BalancesTest().balances;
            Optional<Refusal> last = Optional.empty();
            for (List<Taking> step : row.steps) {
                assertEquals(Optional.empty(), last, row.what);
                last = fresh.take(step);
            }
            assertEquals(Optional.ofNullable(row.refusal), last, row.what);
        }
    }

    @Test
    void ofAGroupThatIsRefusedNothingIsCounted() {
        assertFalse(balances.take(List.of(take(TENANT, HOST, 4), take(OTHER, HOST, 4))).isEmpty());
        assertEquals(Amounts.of(), balances.used(HOST));
        assertEquals(
                Optional.of(new OverLimit(TENANT, "vcpus", 6, 0, 7)),
                balances.overLimit(TENANT, Amounts.of(7)));
    }

    @Test
    void whatIsTakenBackIsThereAgainAllThePathUp() {
        List<Taking> takings = List.of(take(TENANT, HOST, 3), take(OTHER, HOST, 4));
        for (int i = 0; i < 3; i++) {
            assertEquals(Optional.empty(), balances.take(takings));
            assertEquals(Amounts.of(7), balances.used(HOST));
            assertEquals(
                    Optional.of(new OverLimit(CITY, "vcpus", 9, 7, 3)),
                    balances.overLimit(TENANT, Amounts.of(3)));
            balances.untake(takings);
            assertEquals(Amounts.of(), balances.used(HOST));
        }
    }

    @Test
    void whoUsesMoreThanItsLimitTakesNothingMoreOfThatResource() {
        UUID lowered = new UUID(0, 9);
        balances.owner(lowered, List.of(lowered), numbers(2, 50, 50), numbers(5));
        assertEquals(
                Optional.of(new OverLimit(lowered, "vcpus", 2, 5, 1)),
                balances.take(one(take(lowered, HOST, 1)).getFirst()));
        assertEquals(Optional.empty(), balances.take(one(take(lowered, HOST, 0, 10)).getFirst()));
    }

    @Test
    void onlyProvidersThatExistAreNamed() {
        assertEquals(Set.of(HOST), balances.providers());
        assertEquals(Amounts.of(7, 100, 2), balances.effective(HOST));
    }

    private static List<List<Taking>> one(Taking taking) {
        return List.of(List.of(taking));
    }

    private static Taking take(UUID owner, UUID provider, long... amounts) {
        return new Taking(UUID.randomUUID(), owner, provider, Amounts.of(amounts));
    }

    private static long[] numbers(long... numbers) {
        return Arrays.copyOf(numbers, numbers.length);
    }
}
