/**
 * The database a controller brings along when none is configured: a real PostgreSQL server as a child process.
 *
 * <p>Flow: {@link io.yunqing.controller.postgres.EmbeddedPostgres} unpacks the binaries once, makes the cluster once,
 * makes sure nothing of an earlier life still runs on it, starts the server under supervision, and makes the
 * application's role and database.
 *
 * <p>Invariants: what was committed is on disk (fsync, full_page_writes and synchronous_commit are given on the command
 * line, where no later setting undoes them); the server listens on loopback only and asks for a password; it dies with
 * this process and is started again when it dies alone; every step may be cut off at any point and is done or undone by
 * the next start.
 */
@NullMarked
package io.yunqing.controller.postgres;

import org.jspecify.annotations.NullMarked;
