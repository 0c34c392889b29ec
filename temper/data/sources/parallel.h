#pragma once
#include <cstddef>
#include <functional>

namespace temper::data {

/// Calls work(0), ..., work(n - 1) in as many threads as the machine has cores, at most eight.
/// After an exception no further calls are started, and the exception with the smallest index is
/// rethrown.
void for_each_index(std::size_t n, const std::function<void(std::size_t)>& work);

/// The same in at most so many threads, whose numbers, from 0, are told to the work, so that each
/// can have buffers of its own.
void for_each_index(std::size_t n, std::size_t threads,
                    const std::function<void(std::size_t index, std::size_t thread)>& work);

}  // namespace temper::data
