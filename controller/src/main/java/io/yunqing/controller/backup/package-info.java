/** Backups of volumes, and the repositories that they are kept in. */
package io.yunqing.controller.backup;
