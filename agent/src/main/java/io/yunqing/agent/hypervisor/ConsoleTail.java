package io.yunqing.agent.hypervisor;

/**
 * The last bytes of an instance's serial console.
 *
 * @param end how many bytes have ever been written; {@code bytes} end there
 */
@SuppressWarnings("ArrayRecordComponent") // Handed from the log to the request, never compared.
public record ConsoleTail(byte[] bytes, long end) {}
