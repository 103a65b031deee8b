/**
 * Random operations against two replicas on one database, with processes killed at random moments, and a model beside them
 * that knows what was promised.
 *
 * <p>Flow: {@link io.yunqing.examples.torture.Torture} runs phases. In each, {@link io.yunqing.examples.torture.Asker}s
 * create, repeat, change and delete instances, some with volumes, and these too; now and then something of {@link io.yunqing.examples.torture.Company} changes
 * under them, and one process of {@link io.yunqing.examples.torture.Replicas} is killed and brought back; at the end of each,
 * {@link io.yunqing.examples.torture.Checkpoint} compares.
 *
 * <p>Must stay true: an outcome that nobody told is found out by asking again, never guessed; what is asked for follows from
 * the seed alone, though what comes of it does not.
 */
@NullMarked
package io.yunqing.examples.torture;

import org.jspecify.annotations.NullMarked;
