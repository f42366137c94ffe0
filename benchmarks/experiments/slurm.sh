#!/bin/bash
# SLURM from Debian on this one machine: a job array of shards, one task of it cancelled on the way
# and submitted again. For a machine that may be thrown away: writes /etc/slurm/slurm.conf.
#   sudo apt-get install slurm-wlm munge; sudo benchmarks/experiments/slurm.sh
set -euo pipefail

HERE=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$(mktemp -d /tmp/corridor_sim-slurm-XXXX)
HOST=$(hostname -s)
CPUS=$(nproc)
PYTHON=${PYTHON:-python3}

mkdir -p /etc/slurm /run/munge "$WORK/state" "$WORK/spool" "$WORK/bin"
cat > /etc/slurm/slurm.conf <<CONF
ClusterName=proof
SlurmctldHost=$HOST(127.0.0.1)
AuthType=auth/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$WORK/state
SlurmdSpoolDir=$WORK/spool
SlurmctldLogFile=$WORK/slurmctld.log
SlurmdLogFile=$WORK/slurmd.log
SlurmctldPidFile=$WORK/slurmctld.pid
SlurmdPidFile=$WORK/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
NodeName=$HOST NodeAddr=127.0.0.1 CPUs=$CPUS State=UNKNOWN
PartitionName=all Nodes=$HOST Default=YES MaxTime=INFINITE State=UP
CONF
# No plugin above needs cgroups, and version 2 would want systemd.
printf 'CgroupPlugin=cgroup/v1\n' > /etc/slurm/cgroup.conf

[ -f /etc/munge/munge.key ] || { dd if=/dev/urandom bs=1 count=1024 of=/etc/munge/munge.key status=none; }
chown munge: /etc/munge/munge.key /run/munge; chmod 400 /etc/munge/munge.key
pgrep -x munged > /dev/null || su -s /bin/sh munge -c munged
slurmctld; slurmd
trap 'kill "$(cat "$WORK/slurmd.pid")" "$(cat "$WORK/slurmctld.pid")" 2>/dev/null || true' EXIT

for _ in $(seq 60); do
    sinfo -h -o %T 2>/dev/null | grep -q idle && break
    scontrol update nodename="$HOST" state=resume 2>/dev/null || true
    sleep 1
done
sinfo

# A scenario that takes a second, not minutes.
cat > "$WORK/small.yaml" <<YAML
extends: baseline_2025
period: {start: 2025-03-01, days: 21, warm_up_days: 0, drain_days: 14}
demand: {scale: 0.05, other_scale: 0.02}
disruptions: []
YAML
printf '#!/bin/sh\nPYTHONPATH=%s exec %s -m corridor_sim "$@"\n' "$HERE" "$PYTHON" \
    > "$WORK/bin/corridor-sim"
chmod +x "$WORK/bin/corridor-sim"
export PATH="$WORK/bin:$PATH" SCENARIO="$WORK/small.yaml" N=24 SHARDS=4 OUT="$WORK/batch"
cd "$WORK"

# The shipped script; only what it asks of the machine is made to fit one of any size.
submit() { sbatch --parsable --cpus-per-task=1 --mem=0 --array="$1" "$HERE/docs/slurm/batch.sbatch"; }

JOB=$(submit 1-4)
echo "submitted array $JOB"
# Until task 1 has finished something, and is then cancelled in the middle.
until compgen -G "$OUT/shard-1-of-4/parts/*.part" > /dev/null; do sleep 0.1; done
scancel "${JOB}_1"
while squeue -h -j "$JOB" | grep -q .; do sleep 1; done
echo "task 1 was cancelled with $(ls "$OUT/shard-1-of-4/parts" | wc -l) of 6 replications finished"

if corridor-sim collect "$OUT" > "$WORK/first.txt"; then echo "no gap was found"; exit 1; fi
grep "Not there" "$WORK/first.txt"

AGAIN=$(submit 1)
echo "submitted task 1 again as $AGAIN"
while squeue -h -j "$AGAIN" | grep -q .; do sleep 1; done
tail -3 "$WORK/shard-1.log"
corridor-sim collect "$OUT" > "$WORK/second.txt"
head -2 "$WORK/second.txt"

corridor-sim batch "$SCENARIO" -n 24 --out "$WORK/whole" --quiet > /dev/null
for file in $(cd "$WORK/whole" && find . -name '*.parquet'); do
    cmp "$WORK/whole/$file" "$OUT/whole/$file"
done
echo "the collected files are those of a batch that was never sharded, byte for byte"
