/** What hosts have that belongs to no instance or volume of the books. */
package io.yunqing.controller.orphan;
