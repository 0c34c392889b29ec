#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace temper::distributed {

/// The place of a process among those that train together, and where they meet. A launcher tells it
/// to each process by environment variables.
struct Ranks {
  std::int64_t rank = 0;
  std::int64_t size = 1;        ///< number of processes
  std::int64_t local_rank = 0;  ///< among the processes of this machine
  std::int64_t local_size = 1;
  bool knows_local = true;  ///< false: nothing says which processes share a machine

  std::string launcher = {};  ///< "torchrun": whose variables these are, for messages
  std::string host = {};      ///< name or address of the machine where the store is
  std::uint16_t port = 0;
  /// The launcher has a store there already, which rank 0 connects to as all others do. False: rank
  /// 0 opens one.
  bool has_store = false;
};

/// An environment variable by its name; nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// That of this process.
Environment process_environment();

/// What the launcher says; nothing for a process on its own, also one that a launcher has started
/// alone. In this order:
///
///   RANK, WORLD_SIZE          torchrun, PyTorchJob, or by hand: with MASTER_ADDR and MASTER_PORT,
///                             LOCAL_RANK and LOCAL_WORLD_SIZE (0 of 1)
///   OMPI_COMM_WORLD_RANK      Open MPI's mpirun: on several machines with MASTER_ADDR
///   SLURM_STEP_NUM_TASKS      srun: the first machine of the step, unless there is a MASTER_ADDR
///
/// Throws Error{Code::usage} for variables that contradict each other, are missing or no numbers.
std::optional<Ranks> ranks_of(const Environment& environment);

/// The machines of Slurm's compact lists: "gpu[01-03,7],login" is gpu01, gpu02, gpu03, gpu7, login.
/// Throws Error{Code::usage} for other text, and for lists of more than 65,536 machines.
std::vector<std::string> hosts_of(const std::string& list);

/// Consecutive rows.
struct Rows {
  std::int64_t first = 0;
  std::int64_t count = 0;
  bool operator==(const Rows&) const = default;
};

/// The part of `all` rows that belongs to a rank: those of one rank follow those of the rank
/// before, and no rank has more than one row more than another.
Rows rows_of(std::int64_t all, std::int64_t rank, std::int64_t size);

}  // namespace temper::distributed
