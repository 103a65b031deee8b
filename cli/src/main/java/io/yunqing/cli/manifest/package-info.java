/**
 * Manifests: what should exist, in files.
 *
 * <p>Flow: {@link io.yunqing.cli.manifest.Sources} finds the files, {@link io.yunqing.cli.manifest.ManifestReader} reads
 * and checks every document of every file, {@link io.yunqing.cli.manifest.ApplyOrder} sorts them. All of this happens
 * before anything is sent, and every complaint names file, line and column.
 *
 * <p>The YAML library is reached from here only, so that other commands do not load it.
 */
@NullMarked
package io.yunqing.cli.manifest;

import org.jspecify.annotations.NullMarked;
