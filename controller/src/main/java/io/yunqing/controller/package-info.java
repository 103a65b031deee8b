/**
 * The controller: it decides who may have how much and where it runs, and keeps the desired state of the whole region.
 *
 * <p>{@link io.yunqing.controller.Main} is the way in: it prepares what Quarkus needs before it starts (the data
 * folder, the database, the certificates), then runs it. Everything else lives in one package per domain.
 */
@NullMarked
package io.yunqing.controller;

import org.jspecify.annotations.NullMarked;
