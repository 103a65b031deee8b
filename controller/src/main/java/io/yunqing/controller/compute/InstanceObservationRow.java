package io.yunqing.controller.compute;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import io.yunqing.api.Fault;
import io.yunqing.api.agent.DomainState;
import io.yunqing.api.agent.InstanceObserved;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** What an instance's host last said of it. */
@Entity
@Table(name = "instance_observation")
public class InstanceObservationRow extends PanacheEntityBase {
    @Id
    @Column(name = "instance_id")
    public UUID instanceId;

    public long epoch;

    @Enumerated(EnumType.STRING)
    public DomainState state;

    public String reason;
    public String step;

    @JdbcTypeCode(SqlTypes.JSON)
    public Fault fault;

    InstanceObserved view() {
        return new InstanceObserved(instanceId, epoch, state, reason, step, fault);
    }

    void take(InstanceObserved observed) {
        epoch = observed.epoch();
        state = observed.state();
        reason = observed.reason();
        step = observed.step();
        fault = observed.fault();
    }
}
