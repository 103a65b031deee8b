package io.yunqing.controller.compute;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How much admission takes on at once. */
@ConfigMapping(prefix = "yunqing.admission")
interface AdmissionConfig {
    /** Instances decided in one transaction at most; an order for more is decided by itself. */
    @WithDefault("256")
    int batch();

    /** Instances for which orders may wait, in all. */
    @WithDefault("20000")
    int queue();

    /** Of them, those of one department. */
    @WithDefault("15000")
    int queueOfDepartment();
}
