package io.yunqing.controller.platform;

import jakarta.enterprise.context.RequestScoped;

/** On whose behalf the current request acts. */
@RequestScoped
public class Caller {
    private String name = "system";
    private String reason;

    /** Such as {@code operator} or {@code host/h1}. */
    public String name() {
        return name;
    }

    /** Why, in the caller's own words, or null. */
    public String reason() {
        return reason;
    }

    public void is(String name, String reason) {
        this.name = name;
        this.reason = reason;
    }
}
