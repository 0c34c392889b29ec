#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/distributed/pulse.h"
#include "temper/distributed/ranks.h"

/// What ranks say of themselves and of others that have failed or are lost.
namespace temper::distributed {

inline constexpr std::size_t kNamed = 4;  ///< at most, ranks that a message names

/// The name of this machine.
std::string host_name();

/// What a rank leaves behind for an error of its own.
/// @param step  the last one that it has done
Ending ending_of(std::int64_t rank, std::int64_t step, const Error& error);

/// What a rank that has failed tells of it, as an error of this one.
Error error_of(const Ending& ending);

/// The first ending of another rank; null without any.
/// @param own  this rank
const Ending* first_of_others(const std::vector<Ending>& endings, std::int64_t own);

/// Those that have given no sign of life for so long, as text; "" without any.
/// @param own   this rank
/// @param step  that this rank has done: the others have had a part in it
std::string silent(const Pulse::View& view, std::int64_t own, std::int64_t step,
                   Milliseconds since);

/// "rank 0, which has the ranks' store at node-0:29500,", or the launcher's store.
std::string store_name(const Ranks& ranks);

/// That the store can't be reached any more.
/// @param step    the last one of this rank: all make the same steps
/// @param reason  of the operation that has failed; "" without one
std::string store_text(const Ranks& ranks, std::int64_t step, const std::string& reason);

/// That a connection has failed, and no rank is lost.
std::string broken_text(const std::string& reason);

}  // namespace temper::distributed
