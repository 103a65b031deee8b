package io.yunqing.controller.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.yunqing.api.ProblemCode;
import io.yunqing.controller.compute.Catalog.TenantEntry;
import io.yunqing.controller.compute.Order.Terms;
import io.yunqing.controller.platform.ProblemException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OrderTest {
    @Test
    void whoWithdrawsInTimeIsNotAdmittedAndNobodyWaitsForTheAnswer() {
        Order order = order();
        assertTrue(order.withdraw());
        assertFalse(order.claim());
        assertFalse(order.withdraw());
        ExecutionException told =
                assertThrows(
                        ExecutionException.class, () -> order.outcome().get(1, TimeUnit.MINUTES));
        ProblemException refusal = (ProblemException) told.getCause();
        assertEquals(ProblemCode.BUSY.code(), refusal.problem().code());
    }

    @Test
    void whatABatchHasClaimedIsNotWithdrawnAndMayBeTriedAgain() {
        Order order = order();
        assertTrue(order.claim());
        assertFalse(order.claim(), "it is settled in this round");
        assertFalse(order.withdraw());
        assertFalse(order.outcome().isDone());
        assertEquals(1, order.nextRound());
        assertTrue(order.claim());
        assertFalse(order.withdraw());
    }

    private static Order order() {
        TenantEntry tenant = new TenantEntry(UUID.randomUUID(), 1, "tenant", UUID.randomUUID());
        return new Order(
                tenant, List.of(), new Terms("operator", null, false, false, null, null), 0);
    }
}
