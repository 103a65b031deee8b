/**
 * What every part of the agent needs and none of them owns: durable files, running a program, waiting before trying
 * again, log lines. It imports nothing of the agent.
 */
@NullMarked
package io.yunqing.agent.platform;

import org.jspecify.annotations.NullMarked;
