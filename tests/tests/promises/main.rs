//! The promises of the relay, each shown by a test that can fail: crashes, cuts, full disks, bad lines, slow readers.
//! Every proof runs in a short form within `make test` and in a long one within `make soak`; RELIABILITY.md says which
//! promise is shown where.
mod backup;
mod browser;
mod clocks;
mod crash;
mod cuts;
mod failing;
mod files;
mod full;
mod herd;
mod link;
mod network;
mod pauses;
mod proxy;
mod rfc6455;
mod slow;
mod soak;
mod syscalls;
mod versions;
mod writers;
