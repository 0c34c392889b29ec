#pragma once
#include <chrono>
#include <exception>
#include <memory>
#include <string>

#include <torch/csrc/distributed/c10d/Store.hpp>

#include "temper/distributed/board.h"
#include "temper/distributed/ranks.h"

/// c10d's stores. Only group.cpp and store.cpp include this header, which is slow to compile.
namespace temper::distributed {

using Store = c10::intrusive_ptr<c10d::Store>;

/// Connects to the ranks' store; rank 0 opens it first, unless the launcher has one. Throws
/// Error{Code::usage}, naming host and port, where that fails within the time.
Store open_store(const Ranks& ranks, std::chrono::milliseconds timeout);

/// A further connection to the same store.
Store connect_to_store(const Ranks& ranks, std::chrono::milliseconds timeout);

/// The entries of a store whose keys begin with the prefix.
std::unique_ptr<Board> board_of(Store store, const std::string& prefix);

/// The numerical address of this machine in the network that leads to the store. Throws
/// Error{Code::usage} for a host that has no address.
std::string address_towards(const std::string& host, std::uint16_t port,
                            std::chrono::milliseconds timeout);

/// The first line of an error's text, without a stack trace.
std::string reason_of(const std::exception& error);

}  // namespace temper::distributed
