#pragma once
#include <cstdint>
#include <string>

/// What a message between processes takes.
namespace temper::cost {

/// The connection of a machine to the others.
struct Link {
  double bandwidth = 0;  ///< bits per second, in each direction
  double latency = 0;    ///< seconds from one process to another
};

/// Parses bits per second: a number, with K, M, G or T for powers of 1,000. Throws
/// Error{Code::usage} for other text, and for numbers outside [1K, 1000T].
/// @param option  that has the text, for the message: "--bandwidth"
double parse_bandwidth(const std::string& text, const std::string& option);

/// Parses a number with its unit, "50us", "0.5ms" or "1s", or "0", to seconds. Throws
/// Error{Code::usage} for other text, and for more than 10 seconds.
double parse_latency(const std::string& text, const std::string& option);

/// "25 Gbit/s"
std::string bandwidth_text(double bits_per_second);

/// The time to sum a message over the ranks as Gloo does, around a ring: each rank sends and
/// receives 2 (N - 1) / N of it in 2 (N - 1) rounds, half of them to sum and half to pass on the
/// sums (Patarasuk and Yuan 2009, Bandwidth optimal all-reduce algorithms for clusters of
/// workstations). Consecutive ranks are on one machine, so that its ranks together send the others
/// one ring's bytes.
/// @return seconds; 0 for one rank
double all_reduce_seconds(std::int64_t bytes, std::int64_t ranks, const Link& link);

/// The time to send a message of one rank to all others as Gloo does, along a binomial tree: in
/// each of the log2 N rounds, rounded up, every rank that has the message sends it to one that has
/// not. Ranks of a machine that send at once share its connection.
/// @return seconds; 0 for one rank
double broadcast_seconds(std::int64_t bytes, std::int64_t ranks, std::int64_t local_ranks,
                         const Link& link);

/// The time in which the ranks of a machine all receive that many bytes from others, at once.
/// @param bytes  for each rank
/// @return seconds; 0 for no bytes
double exchange_seconds(double bytes, std::int64_t local_ranks, const Link& link);

}  // namespace temper::cost
