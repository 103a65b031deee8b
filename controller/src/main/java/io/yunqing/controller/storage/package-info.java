/** What instances boot from. */
package io.yunqing.controller.storage;
