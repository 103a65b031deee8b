package io.yunqing.controller.placement;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * How much of each resource, by position: a value of which the array behind it is never seen, so that it can be a key. Behind
 * its end every amount is 0.
 */
public final class Amounts {
    private final long[] values;

    private Amounts(long[] values) {
        this.values = values;
    }

    /**
     * @throws IllegalArgumentException if an amount is negative
     */
    public static Amounts of(long... values) {
        int length = values.length;
        while (length > 0 && values[length - 1] == 0) {
            length--;
        }
        for (long value : values) {
            if (value < 0) {
                throw new IllegalArgumentException("an amount is negative: " + value);
            }
        }
        return new Amounts(Arrays.copyOf(values, length));
    }

    /**
     * @param resources the names of the resources, by position
     * @throws IllegalArgumentException if a name is not among them, or an amount is negative
     */
    public static Amounts of(List<String> resources, Map<String, Long> byName) {
        long[] values = new long[resources.size()];
        byName.forEach((name, amount) -> {
            int position = resources.indexOf(name);
            if (position < 0) {
                throw new IllegalArgumentException("there is no resource " + name);
            }
            values[position] = amount;
        });
        return of(values);
    }

    public long at(int position) {
        return position < values.length ? values[position] : 0;
    }

    /** One more than the last position with an amount. */
    public int length() {
        return values.length;
    }

    public Amounts plus(Amounts more) {
        return sum(more, 1);
    }

    /**
     * @throws IllegalArgumentException if less than nothing would be left of one
     */
    public Amounts minus(Amounts less) {
        return sum(less, -1);
    }

    private Amounts sum(Amounts other, int sign) {
        long[] sum = Arrays.copyOf(values, Math.max(values.length, other.values.length));
        for (int i = 0; i < other.values.length; i++) {
            sum[i] += sign * other.values[i];
        }
        return of(sum);
    }

    public long[] toArray() {
        return values.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Amounts that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
