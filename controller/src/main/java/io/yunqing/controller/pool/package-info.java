/** Where hosts keep volumes beside the pool of their own. */
package io.yunqing.controller.pool;
