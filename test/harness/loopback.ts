/**
 * An address of this machine that only this process uses: a port that is free here cannot be taken by another test.
 *
 * All of 127.0.0.0/8 is local on Linux, and the kernel keeps the ports of each address apart.
 *
 * @module
 */
const { pid } = process;

export const OWN_HOST: string = `127.${1 + (pid >> 16)}.${(pid >> 8) & 255}.${pid & 255}`;
