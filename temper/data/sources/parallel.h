#pragma once
#include <cstddef>
#include <functional>

namespace temper::data {

/// Calls work(0), ..., work(n - 1) in as many threads as the machine has cores, at most eight.
/// After an exception no further calls are started, and the exception with the smallest index is
/// rethrown.
void for_each_index(std::size_t n, const std::function<void(std::size_t)>& work);

}  // namespace temper::data
