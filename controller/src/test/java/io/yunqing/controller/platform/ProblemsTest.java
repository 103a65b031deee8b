package io.yunqing.controller.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.yunqing.api.Problem;
import io.yunqing.api.ProblemCode;
import jakarta.transaction.RollbackException;
import java.sql.SQLException;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.Test;

class ProblemsTest {

    @Test
    void aDatabaseThatDiesWhileATransactionCommitsIsNoDefectOfOurs() {
        var commit = new XAException("Error trying to transactionCommit local transaction");
        commit.initCause(
                new SQLException(
                        "FATAL: terminating connection due to unexpected postmaster exit",
                        "57P01"));
        var rollback = new RollbackException("ARJUNA016053: Could not commit transaction.");
        rollback.addSuppressed(commit);
        Problem problem =
                (Problem)
                        new Problems()
                                .failure(new IllegalStateException("in between", rollback))
                                .getEntity();
        assertEquals(ProblemCode.DATABASE_UNAVAILABLE.code(), problem.code());
        assertEquals(true, problem.retryable());
    }
}
