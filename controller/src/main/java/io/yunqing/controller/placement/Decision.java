package io.yunqing.controller.placement;

/** The outcome; its explanation is kept with the allocation or told with the refusal. */
public sealed interface Decision {
    Explanation explanation();

    /**
     * @param index the host's place in the view that was asked
     */
    record Chosen(int index, Host host, Explanation explanation) implements Decision {}

    record NoHost(Explanation explanation) implements Decision {}
}
