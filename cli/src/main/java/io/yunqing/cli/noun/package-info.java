/**
 * The nouns as data: what a list shows, what it filters by, which fields a create and a set take.
 *
 * <p>The verbs are written once and read these tables. Whoever adds a field to a spec record adds its line in {@link
 * io.yunqing.cli.noun.Nouns}; a test compares the tables with the records, limits included.
 */
@NullMarked
package io.yunqing.cli.noun;

import org.jspecify.annotations.NullMarked;
