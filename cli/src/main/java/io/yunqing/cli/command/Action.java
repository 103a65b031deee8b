package io.yunqing.cli.command;

import io.yunqing.cli.platform.Exit;

/** What a verb does. */
interface Action {
    Exit run(Call call);
}
