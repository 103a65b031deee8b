package io.yunqing.examples.chaos;

import io.yunqing.api.Power;

/**
 * What an owner was promised an instance to be.
 *
 * @param boot how many times it was to be started anew
 * @param rebuild with which boot its root disk was last to be made anew
 * @param rescued whether it is to be started from an image beside its root disk
 */
record Machine(
        String name,
        String id,
        String flavor,
        Power power,
        int boot,
        int rebuild,
        boolean rescued) {
    Machine with(Power wished) {
        return new Machine(name, id, flavor, wished, boot, rebuild, rescued);
    }

    Machine of(String wished) {
        return new Machine(name, id, wished, power, boot, rebuild, rescued);
    }

    Machine started(int wished) {
        return new Machine(name, id, flavor, power, wished, rebuild, rescued);
    }

    Machine rebuilt(int wished) {
        return new Machine(name, id, flavor, power, wished, wished, rescued);
    }

    /** What runs is started anew for it. */
    Machine rescued(boolean wished) {
        int boots = power == Power.RUNNING ? boot + 1 : boot;
        return new Machine(name, id, flavor, power, boots, rebuild, wished);
    }
}
