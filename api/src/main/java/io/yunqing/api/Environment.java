package io.yunqing.api;

/** What a tenant is for. */
public enum Environment {
    PRODUCTION,
    TEST,
    DEVELOPMENT,
    EMERGENCY
}
