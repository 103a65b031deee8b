package io.yunqing.examples.chaos;

import io.yunqing.api.Power;

/**
 * What an owner was promised an instance to be.
 *
 * @param boot how many times it was to be started anew
 * @param rebuild with which boot its root disk was last to be made anew
 */
record Machine(String name, String id, String flavor, Power power, int boot, int rebuild) {
    Machine with(Power wished) {
        return new Machine(name, id, flavor, wished, boot, rebuild);
    }

    Machine of(String wished) {
        return new Machine(name, id, wished, power, boot, rebuild);
    }

    Machine started(int wished) {
        return new Machine(name, id, flavor, power, wished, rebuild);
    }

    Machine rebuilt(int wished) {
        return new Machine(name, id, flavor, power, wished, wished);
    }
}
