/**
 * From trees to text: tables, sheets, CSV, YAML. Text that came from elsewhere is made harmless for a terminal, and
 * columns line up for East Asian characters too.
 */
@NullMarked
package io.yunqing.cli.print;

import org.jspecify.annotations.NullMarked;
