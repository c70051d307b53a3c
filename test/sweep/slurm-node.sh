#!/usr/bin/env bash
# A real Slurm of one node with two CPUs, with a munge of its own, on loopback; needs Debian's slurm-wlm and munge.
#   slurm-node.sh start DIR   then export SLURM_CONF=DIR/slurm.conf
#   slurm-node.sh stop DIR    ends what start began
set -euo pipefail
dir=$(realpath -m "$2")
host=$(hostname -s)
export SLURM_CONF=$dir/slurm.conf PATH=$PATH:/usr/sbin

start() {
  mkdir -p "$dir"/{state,spool,munge}
  chmod 755 "$dir" "$dir/munge"
  head -c 64 /dev/urandom >"$dir/munge/key"
  chmod 600 "$dir/munge/key"
  # A job that is put back in the queue waits until its credential has expired: two minutes, if that is not said.
  cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket,cred_expire=5
CredType=cred/munge
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=5,bf_interval=5
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=15
SlurmdParameters=config_overrides
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=batch Nodes=$host Default=YES MaxTime=INFINITE PriorityTier=1
PartitionName=urgent Nodes=$host MaxTime=INFINITE PriorityTier=2
CONF
  munged --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/munged.pid" \
    --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" --force
  slurmctld
  slurmd
  for _ in $(seq 30); do
    if sinfo -h -o %T 2>/dev/null | grep -q idle; then return; fi
    sleep 1
  done
  tail -n 20 "$dir"/*.log >&2
  echo "Slurm did not come up" >&2
  exit 1
}

stop() {
  # What still runs would try for ever to report its end.
  scancel --user="$(id -un)" || true
  for _ in $(seq 200); do
    if [ -z "$(squeue -h 2>/dev/null)" ]; then break; fi
    sleep 0.1
  done
  for daemon in slurmd slurmctld munged; do
    if [ -f "$dir/$daemon.pid" ]; then kill "$(cat "$dir/$daemon.pid")" || true; fi
    for _ in $(seq 100); do
      if [ ! -f "$dir/$daemon.pid" ]; then break; fi
      sleep 0.1
    done
  done
}

port=$((20000 + $$ % 10000))
"$1"
