/**
 * JSON as trees of maps and lists: the command line shows what the controller says, fields it has never heard of
 * included, so it binds to no classes.
 */
@NullMarked
package io.yunqing.cli.json;

import org.jspecify.annotations.NullMarked;
